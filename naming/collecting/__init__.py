"""Collection in the field, server side: what phones send, how doors that claim one number are settled, review."""
