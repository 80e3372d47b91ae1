"""Language model backends behind one shape (`types.LanguageModel`), opened by name."""
