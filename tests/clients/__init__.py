"""Desktop clients against the running service: run by ``make clients``, outside the suite."""
