"""``doctor``: numbered checks of a home and what runs for it. Each finding says what is wrong and what to do next."""
