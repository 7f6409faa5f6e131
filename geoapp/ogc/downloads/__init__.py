"""Whole layers as files, as of any day and act."""
