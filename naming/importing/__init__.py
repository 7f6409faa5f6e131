"""Address files into the register: read, staged, checked in full, reported, and entered in batches that can be resumed."""
