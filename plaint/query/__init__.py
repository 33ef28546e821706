"""What a person types, as a tree that every store answers alike."""
