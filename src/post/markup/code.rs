//! Highlights code: few kinds of token, by class on our pages and in mail, by inline colour in feeds.
//!
//! | class | what |
//! |---|---|
//! | `hl-comment` | comments |
//! | `hl-string` | strings, characters, regular expressions |
//! | `hl-number` | numbers and other constants |
//! | `hl-keyword` | keywords, storage, operators that are words |
//! | `hl-type` | types, classes, tags of markup |
//! | `hl-function` | names of functions and macros |
//! | `hl-name` | attributes, properties, parameters |
//! | `hl-inserted`, `hl-deleted` | lines of a diff |
//!
//! Languages are those of the Sublime packages built into syntect; an unknown one stays plain.

use std::fmt::Write as _;
use std::sync::LazyLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use crate::post::markup::node::{CodeBlock, Document, Node, Run};

/// Longest code that is highlighted, in octets; a longer listing is data rather than reading.
const MAX_OCTETS: usize = 64 * 1024;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// What a run of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    Comment,
    Str,
    Number,
    Keyword,
    Type,
    Function,
    Name,
    Inserted,
    Deleted,
}

impl Token {
    const ALL: [Self; 9] = [
        Self::Comment,
        Self::Str,
        Self::Number,
        Self::Keyword,
        Self::Type,
        Self::Function,
        Self::Name,
        Self::Inserted,
        Self::Deleted,
    ];

    /// Its class on our pages.
    pub fn class(self) -> &'static str {
        match self {
            Self::Comment => "hl-comment",
            Self::Str => "hl-string",
            Self::Number => "hl-number",
            Self::Keyword => "hl-keyword",
            Self::Type => "hl-type",
            Self::Function => "hl-function",
            Self::Name => "hl-name",
            Self::Inserted => "hl-inserted",
            Self::Deleted => "hl-deleted",
        }
    }

    /// Its colour on a light and on a dark ground: at least 4.5 to 1 (WCAG 2.2 §1.4.3) on what code stands on in pages
    /// and in mail, which tests compute from their style sheets.
    fn own_colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Comment => ("#5f6b76", "#93a1ad"),
            Self::Str => ("#24692f", "#9fd28a"),
            Self::Number => ("#8a4b08", "#e5b567"),
            Self::Keyword => ("#8b2a8f", "#dd9ff0"),
            Self::Type => ("#0b6470", "#76d0dc"),
            Self::Function => ("#1f55a8", "#8fbcff"),
            Self::Name => ("#7a4a2b", "#e0b48f"),
            Self::Inserted => ("#1d6b2f", "#8fd694"),
            Self::Deleted => ("#a32626", "#ff9d94"),
        }
    }

    /// Its colour in feeds, where the ground is not ours to choose: at least 3.7 to 1 on white and on near black alike,
    /// for readers that darken the page and for those that do not. No colour has more than 4.2 to 1 on both.
    pub fn colour(self) -> &'static str {
        match self {
            Self::Comment => "#7b858f",
            Self::Str => "#3f8f4a",
            Self::Number => "#b8741a",
            Self::Keyword => "#b05cc0",
            Self::Type => "#1f8c9a",
            Self::Function => "#4a82d8",
            Self::Name => "#a8764a",
            Self::Inserted => "#3f8f4a",
            Self::Deleted => "#d05548",
        }
    }
}

/// Rules for highlighted code on a light ground, and on a dark one where `dark` is the query that asks for it.
///
/// Where others write rules into the elements (mail), only an `is_pressing` one for the dark is heard.
pub fn highlight_css(dark: &str, is_pressing: bool) -> String {
    let [mut light_rules, mut dark_rules] = [String::new(), String::new()];
    let pressing = if is_pressing { " !important" } else { "" };
    for token in Token::ALL {
        let ((light, dark), class) = (token.own_colours(), token.class());
        let slant = if token == Token::Comment { "; font-style: italic" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(light_rules, ".{class} {{ color: {light}{slant} }}");
        let _ = writeln!(dark_rules, ".{class} {{ color: {dark}{pressing} }}");
    }
    format!("{light_rules}@media {dark} {{\n{dark_rules}}}\n")
}

/// Scopes of the TextMate grammars and what we show for them; the first that matches decides.
static SCOPES: LazyLock<Vec<(Scope, Option<Token>)>> = LazyLock::new(|| {
    let rules: &[(&str, Option<Token>)] = &[
        ("comment", Some(Token::Comment)),
        ("markup.inserted", Some(Token::Inserted)),
        ("markup.deleted", Some(Token::Deleted)),
        ("markup.heading", Some(Token::Keyword)),
        ("string", Some(Token::Str)),
        ("constant.character.escape", Some(Token::Number)),
        ("constant", Some(Token::Number)),
        ("keyword.operator.word", Some(Token::Keyword)),
        ("keyword.operator", None),
        ("keyword", Some(Token::Keyword)),
        ("storage", Some(Token::Keyword)),
        ("entity.name.function", Some(Token::Function)),
        ("support.function", Some(Token::Function)),
        ("support.macro", Some(Token::Function)),
        ("variable.function", Some(Token::Function)),
        ("entity.name.macro", Some(Token::Function)),
        ("entity.name", Some(Token::Type)),
        ("support.type.property-name", Some(Token::Name)),
        ("support.type", Some(Token::Type)),
        ("support.class", Some(Token::Type)),
        ("entity.other.inherited-class", Some(Token::Type)),
        ("entity.other.attribute-name", Some(Token::Name)),
        ("variable.parameter", Some(Token::Name)),
        ("variable.language", Some(Token::Keyword)),
    ];
    let scope = |name| Scope::new(name).expect("scopes of the table are well formed");
    rules.iter().map(|&(name, token)| (scope(name), token)).collect()
});

/// Highlights every code block of `document`.
pub fn highlight(document: &mut Document) {
    document.change_lists(|nodes| {
        for node in nodes {
            if let Node::CodeBlock(code) = node {
                code.runs = runs(code).unwrap_or_default();
            }
        }
    });
}

/// The runs of `code`; none where its language is unknown or its grammar stumbles.
fn runs(code: &CodeBlock) -> Option<Vec<Run>> {
    let lang = code.lang.as_deref().filter(|_| code.text.len() <= MAX_OCTETS)?;
    let syntax = SYNTAXES.find_syntax_by_token(known_name(lang))?;
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut runs = Runs::default();
    for line in code.text.split_inclusive('\n') {
        let mut done = 0;
        for (at, change) in state.parse_line(line, &SYNTAXES).ok()? {
            runs.push(at - done, token(&stack));
            stack.apply(&change).ok()?;
            done = at;
        }
        runs.push(line.len() - done, token(&stack));
    }
    Some(runs.0)
}

/// The name a grammar of ours goes by, for languages that are near another.
fn known_name(lang: &str) -> &str {
    match lang {
        "shell" | "console" | "zsh" => "bash",
        "typescript" | "ts" | "jsx" | "tsx" | "mjs" => "js",
        "jsonc" | "json5" => "json",
        other => other,
    }
}

/// What the innermost scope that we know says.
fn token(stack: &ScopeStack) -> Option<Token> {
    stack.as_slice().iter().rev().find_map(|scope| {
        let punctuation = PUNCTUATION.is_prefix_of(*scope);
        let rule = SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
        rule.filter(|_| !punctuation).map(|(_, token)| *token)
    })?
}

static PUNCTUATION: LazyLock<Scope> =
    LazyLock::new(|| Scope::new("punctuation").expect("a well-formed scope"));

/// Runs under way: neighbours of one kind are one run.
#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn push(&mut self, octets: usize, token: Option<Token>) {
        match self.0.last_mut() {
            _ if octets == 0 => {}
            Some(last) if last.token == token => last.octets += octets,
            _ => self.0.push(Run { octets, token }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::markup::contrast::contrast;

    #[test]
    fn a_colour_in_feeds_reads_on_white_and_on_near_black() {
        for token in Token::ALL {
            for ground in ["#ffffff", "#1b1b1d", "#121212", "#000000"] {
                let found = contrast(token.colour(), ground);
                assert!(found >= 3.7, "{token:?} on {ground} has a contrast of {found:.2} to 1");
            }
        }
    }
}
