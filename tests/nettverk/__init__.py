"""The program in a network of its own, where everything that is sent anywhere is seen: nothing is to be."""
