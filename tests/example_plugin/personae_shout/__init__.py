"""An example extension: its folders are those of personae."""
