"""Looking at episodes: `page` makes one HTML file of recorded ones, `terminal` plays and prints them."""
