"""Real servers on loopback that made-up customers write to in tests: a Bluesky network and a WordPress blog."""
