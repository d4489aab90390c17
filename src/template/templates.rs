//! Loading and rendering.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{Context as Hasher, SHA256};
use serde::Serialize;
use tera::Tera;

use crate::template::built_in::BUILT_IN;
use crate::template::error::faults_of;
use crate::template::{TemplateError, functions};

/// All templates of a publication, checked and ready.
#[derive(Clone)]
pub struct Templates {
    tera: Tera,
    /// Style sheets and other files taken as they are.
    texts: BTreeMap<String, String>,
    /// The publication's own files, by name.
    own: BTreeMap<String, PathBuf>,
    /// SHA-256 of the names and texts of all.
    digest: [u8; 32],
}

/// Variables for many templates, put into the engine's form once.
#[derive(Clone, Default)]
pub struct Context(tera::Context);

impl Templates {
    /// The built-in templates, with those in the folder `overrides` in their place or beside them.
    ///
    /// A missing folder is an empty one. Hidden files are left alone.
    ///
    /// # Errors
    ///
    /// If a file cannot be read as UTF-8, does not parse, or names a filter, function, block or template
    /// that does not exist.
    pub fn load(overrides: Option<&Path>) -> Result<Self, TemplateError> {
        let mut sources: BTreeMap<String, String> =
            BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let own = overrides.map_or_else(|| Ok(BTreeMap::new()), files_below)?;
        for (name, path) in &own {
            let text =
                fs::read_to_string(path).map_err(|source| unreadable(path, source))?.replace("\r\n", "\n");
            sources.insert(name.clone(), text);
        }
        let digest = digest_of(&sources);
        let (sources, texts) = sources.into_iter().partition(|(name, _)| is_template(name));
        Self::compile(&sources, texts, own, digest)
    }

    fn compile(
        sources: &BTreeMap<String, String>,
        texts: BTreeMap<String, String>,
        own: BTreeMap<String, PathBuf>,
        digest: [u8; 32],
    ) -> Result<Self, TemplateError> {
        let mut tera = Tera::default();
        tera.autoescape_on([".html"]);
        functions::register(&mut tera);
        tera.add_raw_templates(sources.iter())
            .map_err(|e| TemplateError::Faults(faults_of(&e, |name| own.get(name).cloned())))?;
        Ok(Self { tera, texts, own, digest })
    }

    /// Equal for equal templates and style sheets.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// `context` put into the template `name`.
    ///
    /// # Errors
    ///
    /// If there is no such template, or it uses a variable that `context` does not have.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, TemplateError> {
        let context =
            Context::new(context).map_err(|what| TemplateError::Context { name: name.to_owned(), what })?;
        self.render_in(name, &context)
    }

    /// `context`, prepared before, put into the template `name`.
    ///
    /// # Errors
    ///
    /// As [`Templates::render`].
    pub fn render_in(&self, name: &str, context: &Context) -> Result<String, TemplateError> {
        if !self.tera.contains_template(name) {
            return Err(TemplateError::Missing { name: name.to_owned() });
        }
        self.tera
            .render(name, &context.0)
            .map_err(|e| TemplateError::Faults(faults_of(&e, |n| self.file_of(n))))
    }

    /// A style sheet or other file that is no template.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub fn text(&self, name: &str) -> Result<&str, TemplateError> {
        let text = self.texts.get(name).map(String::as_str);
        text.ok_or_else(|| TemplateError::Missing { name: name.to_owned() })
    }

    /// The publication's own file for the template `name`, if it has one.
    fn file_of(&self, name: &str) -> Option<PathBuf> {
        self.own.get(name).cloned()
    }
}

impl Context {
    /// The fields of `variables` as variables.
    ///
    /// # Errors
    ///
    /// If `variables` is no struct or map, with the serializer's words.
    pub fn new(variables: &impl Serialize) -> Result<Self, String> {
        tera::Context::from_serialize(variables).map(Self).map_err(|e| e.to_string())
    }

    /// These variables and those of `others`, which win. Cheap: values are shared, not copied.
    pub fn and(&self, others: Self) -> Self {
        let mut both = self.0.clone();
        both.extend(others.0);
        Self(both)
    }
}

/// Whether a file is compiled; other files are taken as they are.
fn digest_of(sources: &BTreeMap<String, String>) -> [u8; 32] {
    let mut hasher = Hasher::new(&SHA256);
    for text in sources.iter().flat_map(|(name, text)| [name, text]) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finish().as_ref().try_into().expect("SHA-256 has 32 octets")
}

fn is_template(name: &str) -> bool {
    name.ends_with(".html") || name.ends_with(".txt")
}

fn unreadable(path: &Path, source: io::Error) -> TemplateError {
    TemplateError::Unreadable { path: path.to_owned(), source }
}

/// Files below `folder` by name with `/`, except hidden ones.
fn files_below(folder: &Path) -> Result<BTreeMap<String, PathBuf>, TemplateError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && prefix.is_empty() => break,
            entries => entries.map_err(|source| unreadable(&folder, source))?,
        };
        for entry in entries {
            let path = entry.map_err(|source| unreadable(&folder, source))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match () {
                () if name.starts_with('.') => {}
                () if path.is_dir() => folders.push((path, format!("{prefix}{name}/"))),
                () => drop(found.insert(format!("{prefix}{name}"), path)),
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    fn publication(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn rendered(files: &[(&str, &str)], name: &str, context: serde_json::Value) -> String {
        let folder = publication(files);
        Templates::load(Some(folder.path())).unwrap().render(name, &context).unwrap()
    }

    /// The error's words with the folder's name taken out.
    fn fault(files: &[(&str, &str)], name: &str) -> String {
        let folder = publication(files);
        let error = match Templates::load(Some(folder.path())) {
            Ok(templates) => templates.render(name, &json!({"lang": "en"})).unwrap_err(),
            Err(error) => error,
        };
        error.to_string().replace(&format!("{}/", folder.path().display()), "templates/")
    }

    #[test]
    fn the_built_in_templates_load() {
        Templates::load(None).unwrap();
        Templates::load(Some(Path::new("/nonexistent/templates"))).unwrap();
    }

    #[test]
    fn a_file_of_the_publication_replaces_the_built_in_one() {
        let text = rendered(&[("404.html", "gone: {{ what }}")], "404.html", json!({"what": "<b>"}));
        assert_eq!(text, "gone: &lt;b&gt;");
    }

    #[test]
    fn a_further_file_can_be_included() {
        let files = [("404.html", "{% include \"parts/foot.html\" %}"), ("parts/foot.html", "foot")];
        assert_eq!(rendered(&files, "404.html", json!({})), "foot");
    }

    #[test]
    fn plain_text_is_not_escaped() {
        assert_eq!(rendered(&[("a.txt", "{{ what }}")], "a.txt", json!({"what": "R&D"})), "R&D");
    }

    #[test]
    fn data_that_looks_like_a_template_stays_data() {
        let text = rendered(&[("a.txt", "{{ what }}")], "a.txt", json!({"what": "{{ 1 + 1 }}"}));
        assert_eq!(text, "{{ 1 + 1 }}");
    }

    #[test]
    fn phrases_and_dates_come_in_the_language_of_the_page() {
        let template = r#"{{ t(id="post-count", count=n) }}, {{ when | date }}, {{ when | date(lang="de") }}, {{ when | date(format="%Y/%m") }}"#;
        let context = json!({"lang": "ja", "n": 2, "when": "2026-11-01T23:30:00+09:00"});
        assert_eq!(
            rendered(&[("a.txt", template)], "a.txt", context),
            "2件の記事, 2026年11月1日, 1. November 2026, 2026/11"
        );
    }

    #[test]
    fn a_fault_names_the_file_the_line_and_what_is_wrong() {
        for (template, want) in [
            (
                "one\n{{ shuot(x=1) }}",
                "templates/a.html:2:4: unknown function `shuot`\n  |\n2 | {{ shuot(x=1) }}\n  |    ^^^^^^^^^^",
            ),
            (
                "one\n{% if %}",
                "templates/a.html:2:7: found `%}` but expected one of: integer, float, string, bool, ident, `-`, `not`, `<`, `{`, `[` or `(`\n  |\n2 | {% if %}\n  |       ^^",
            ),
            (
                "{{ t(id=\"hom\") }}",
                "templates/a.html:1:4: `hom` is not a phrase: expected one from locales/en.ftl, such as `home`\n  |\n1 | {{ t(id=\"hom\") }}\n  |    ^^^^^^^^^^^",
            ),
        ] {
            assert_eq!(fault(&[("a.html", template)], "a.html"), want);
        }
    }

    #[test]
    fn every_unknown_name_is_told_in_one_run() {
        let text =
            fault(&[("a.html", "{{ 1 | nope }}"), ("b.html", "{% include \"none.html\" %}")], "a.html");
        assert!(text.contains("templates/a.html:1:") && text.contains("templates/b.html:1:"), "{text}");
    }

    #[test]
    fn a_fault_in_a_built_in_template_says_so() {
        let error = Templates::load(None).unwrap().render("base.html", &json!({})).unwrap_err();
        assert!(error.to_string().starts_with("built-in template base.html:"), "{error}");
    }

    #[test]
    fn a_missing_template_is_named() {
        let error = Templates::load(None).unwrap().render("nope.html", &json!({})).unwrap_err();
        assert_eq!(error.to_string(), "no template is called `nope.html`");
    }
}
