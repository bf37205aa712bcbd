"""The advisers' and schools' work: who has to do what by when, the lists they get, and what comes back."""
