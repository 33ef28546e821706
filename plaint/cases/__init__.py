"""What may happen to a case: `decide` and `evolve`, queues."""
