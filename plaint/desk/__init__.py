"""What people and jobs can do, one module per area, written against the ports."""
