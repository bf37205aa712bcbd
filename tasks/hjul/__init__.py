"""The wheel as an administrator sees it: how each row stands, what stopped, and the page that shows it."""
