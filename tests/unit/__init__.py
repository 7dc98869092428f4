"""Each room of the tap by itself."""
