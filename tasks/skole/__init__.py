"""The schools: which they are, whose, what is asked of them, what they answer, and the meetings about their pupils."""
