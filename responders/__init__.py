"""Network out to people and programs: one file per channel. The only room that sends."""
