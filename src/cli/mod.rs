//! The verbs. The clock, randomness, environment and arguments enter here and travel on as values.
