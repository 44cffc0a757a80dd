"""JSONPath, as `$input.path`, `$input.json` and parameter mappings understand it."""
