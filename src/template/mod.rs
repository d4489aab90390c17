//! Tera templates: the built-in ones from `templates/`, each replaceable by a file of the publication.
