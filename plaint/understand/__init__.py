"""What a post means: is it a complaint, about what, how bad, in which language, whose personal data. Proposals; a person decides."""
