"""Files that leave the building: rows first, then bytes; the same posts give the same file, byte for byte."""
