"""What reading the services costs: the data, the requests, and our side of the measurement."""
