"""A fault lab: what the tap says, writes and leaves behind when something goes wrong."""
