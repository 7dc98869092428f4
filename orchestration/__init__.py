"""What runs the tap for many accounts: for engines that people already operate."""
