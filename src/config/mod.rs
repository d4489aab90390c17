//! `config.toml` and the environment become each room's own settings.
