"""Loading the demo city into the register: land, names, people, cases. Everything is flagged synthetic."""
