"""How fast the tap is: ratios to other ways of reading the same pages, on one machine in one go."""
