"""Studies: grids over personas with a comparison; one file each, pure functions and an ENTRY."""
