"""The commands, a module each: they take words and dates, call the work, and say in bokmål what came of it."""
