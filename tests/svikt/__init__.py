"""What is made to fail, and how it is seen what came of it: full disks, closed folders, killed processes, two hosts."""
