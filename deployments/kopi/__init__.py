"""One encrypted file with everything in a home, and back again: backup, restore, confirmation and upgrade."""
