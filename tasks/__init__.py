"""The work, one module per subject: plain functions that hold the rules, once."""
