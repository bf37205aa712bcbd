"""Applicants to upper-secondary education: who outside school has applied, who needs help, and the attachment."""
