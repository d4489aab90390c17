//! TeX math on one line of plain text: `\frac{1}{2} \leq x^2` becomes `1/2 ≤ x²`.
//!
//! For readers without MathML: the two parts of mail, and summaries. A formula that has no such line, such as
//! a matrix or one with a command that is not known here, gives none; its TeX says more than half of it would.

use std::iter::Peekable;
use std::str::Chars;

/// Longest formula that is one line for anyone, in octets of TeX.
const MAX_OCTETS: usize = 400;

/// `tex` as plain text; none where it does not go on one line.
pub fn linear(tex: &str) -> Option<String> {
    if tex.len() > MAX_OCTETS {
        return None;
    }
    let mut reader = Reader { rest: tex.chars().peekable() };
    let text = reader.sequence()?;
    let is_all = reader.rest.peek().is_none();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (is_all && !text.is_empty()).then_some(text)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    /// What stands before the end or a closing brace.
    fn sequence(&mut self) -> Option<String> {
        let mut out = String::new();
        while let Some(&c) = self.rest.peek() {
            match c {
                '}' => break,
                '^' | '_' => {
                    self.rest.next();
                    let script = self.argument()?;
                    out.push_str(&scripted(c, &script));
                }
                _ => out.push_str(&self.atom()?),
            }
        }
        Some(out)
    }

    /// A character, a command with its arguments, or a group.
    fn atom(&mut self) -> Option<String> {
        match self.rest.next()? {
            '{' => self.group(),
            '\\' => self.command(),
            '&' | '#' | '%' | '$' => None,
            '~' => Some(" ".to_owned()),
            '-' => Some("−".to_owned()),
            '\'' => Some("′".to_owned()),
            c if c.is_whitespace() => Some(" ".to_owned()),
            c => Some(c.to_string()),
        }
    }

    /// The rest of a group whose brace is read.
    fn group(&mut self) -> Option<String> {
        let text = self.sequence()?;
        (self.rest.next()? == '}').then_some(text)
    }

    /// What a command or a script applies to.
    fn argument(&mut self) -> Option<String> {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
        let text = self.atom()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn command(&mut self) -> Option<String> {
        let first = self.rest.next()?;
        if !first.is_ascii_alphabetic() {
            return sign(first).map(str::to_owned);
        }
        let mut name = first.to_string();
        while let Some(letter) = self.rest.next_if(char::is_ascii_alphabetic) {
            name.push(letter);
        }
        match name.as_str() {
            "frac" | "dfrac" | "tfrac" => self.fraction(),
            "sqrt" if self.rest.peek() != Some(&'[') => Some(format!("√{}", factor(&self.argument()?))),
            "text" | "textrm" | "mbox" => self.words(),
            "mathrm" | "mathbf" | "mathit" | "mathsf" | "mathcal" | "boldsymbol" | "operatorname" => {
                self.argument()
            }
            "mathbb" => self.argument()?.chars().map(double_struck).collect(),
            "left" | "right" => {
                self.rest.next_if_eq(&'.');
                Some(String::new())
            }
            "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr" | "Bigl" | "Bigr" | "displaystyle" => {
                Some(String::new())
            }
            name if FUNCTIONS.contains(&name) => Some(format!(" {name}")),
            name => symbol(name),
        }
    }

    fn fraction(&mut self) -> Option<String> {
        let (above, below) = (self.argument()?, self.argument()?);
        Some(format!("{}/{}", term(&above), factor(&below)))
    }

    /// Words in braces, their spaces as they are.
    fn words(&mut self) -> Option<String> {
        self.rest.next_if_eq(&'{')?;
        let mut out = String::new();
        loop {
            match self.rest.next()? {
                '}' => return Some(out),
                '{' | '\\' | '$' => return None,
                c => out.push(c),
            }
        }
    }
}

/// `text` raised or lowered: in small figures where each has one, else after `^` or `_`.
fn scripted(mark: char, text: &str) -> String {
    let figures = if mark == '^' { RAISED } else { LOWERED };
    let close: String = text.split_whitespace().collect();
    let small: Option<String> = close
        .chars()
        .map(|c| figures.iter().find(|(plain, _)| *plain == c).map(|(_, small)| *small))
        .collect();
    match small {
        Some(small) => small,
        None if text == "′" => text.to_owned(),
        None if text.chars().count() == 1 => format!("{mark}{text}"),
        None => format!("{mark}({text})"),
    }
}

/// `text` as the upper half of a fraction: in brackets if it is a sum.
fn term(text: &str) -> String {
    if outside_brackets(text).any(|c| c.is_whitespace() || "+−=/<>".contains(c)) {
        format!("({text})")
    } else {
        text.to_owned()
    }
}

/// `text` as the lower half of a fraction: in brackets unless it is a number, or one letter and its scripts.
fn factor(text: &str) -> String {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_letter = outside_brackets(text).skip(1).all(|c| "^_!′".contains(c) || is_small(c))
        || text.chars().count() == 3 && text.contains(['^', '_']);
    if is_number || is_letter { text.to_owned() } else { format!("({text})") }
}

fn is_small(c: char) -> bool {
    RAISED.iter().chain(LOWERED).any(|(_, small)| *small == c)
}

fn outside_brackets(text: &str) -> impl Iterator<Item = char> {
    let mut depth = 0_i32;
    text.chars().filter(move |c| {
        depth += i32::from(*c == '(');
        let is_outside = depth == 0;
        depth -= i32::from(*c == ')');
        is_outside
    })
}

/// What `\` and a sign stand for.
fn sign(c: char) -> Option<&'static str> {
    Some(match c {
        ',' | ';' | ':' | ' ' => " ",
        '!' => "",
        '{' => "{",
        '}' => "}",
        '|' => "‖",
        '%' => "%",
        '$' => "$",
        '#' => "#",
        '_' => "_",
        _ => return None,
    })
}

/// What a command without arguments stands for. Relations and operators have space on either side.
fn symbol(name: &str) -> Option<String> {
    let find = |table: &[(&str, &str)]| {
        table.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
    };
    find(LETTERS).or_else(|| find(OPERATORS).map(|text| format!(" {text} ")))
}

fn double_struck(c: char) -> Option<char> {
    Some(match c {
        'C' => 'ℂ',
        'E' => '𝔼',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        _ => return None,
    })
}

const FUNCTIONS: &[&str] = &[
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "det", "dim", "exp", "gcd", "inf", "ker",
    "lim", "ln", "log", "max", "min", "Pr", "sin", "sinh", "sup", "tan", "tanh",
];

#[rustfmt::skip]
const LETTERS: &[(&str, &str)] = &[
    ("alpha", "α"), ("beta", "β"), ("gamma", "γ"), ("delta", "δ"), ("epsilon", "ε"), ("varepsilon", "ε"),
    ("zeta", "ζ"), ("eta", "η"), ("theta", "θ"), ("vartheta", "ϑ"), ("iota", "ι"), ("kappa", "κ"),
    ("lambda", "λ"), ("mu", "μ"), ("nu", "ν"), ("xi", "ξ"), ("pi", "π"), ("rho", "ρ"), ("sigma", "σ"),
    ("tau", "τ"), ("upsilon", "υ"), ("phi", "φ"), ("varphi", "φ"), ("chi", "χ"), ("psi", "ψ"), ("omega", "ω"),
    ("Gamma", "Γ"), ("Delta", "Δ"), ("Theta", "Θ"), ("Lambda", "Λ"), ("Xi", "Ξ"), ("Pi", "Π"), ("Sigma", "Σ"),
    ("Phi", "Φ"), ("Psi", "Ψ"), ("Omega", "Ω"), ("ell", "ℓ"), ("hbar", "ℏ"), ("infty", "∞"), ("partial", "∂"),
    ("nabla", "∇"), ("emptyset", "∅"), ("forall", "∀"), ("exists", "∃"), ("neg", "¬"), ("prime", "′"),
    ("degree", "°"), ("circ", "∘"), ("int", "∫"), ("oint", "∮"), ("sum", "∑"), ("prod", "∏"),
    ("ldots", "…"), ("dots", "…"), ("cdots", "⋯"), ("langle", "⟨"), ("rangle", "⟩"), ("lfloor", "⌊"),
    ("rfloor", "⌋"), ("lceil", "⌈"), ("rceil", "⌉"), ("quad", " "), ("qquad", " "),
];

#[rustfmt::skip]
const OPERATORS: &[(&str, &str)] = &[
    ("le", "≤"), ("leq", "≤"), ("ge", "≥"), ("geq", "≥"), ("ne", "≠"), ("neq", "≠"), ("approx", "≈"),
    ("equiv", "≡"), ("sim", "∼"), ("simeq", "≃"), ("propto", "∝"), ("ll", "≪"), ("gg", "≫"), ("in", "∈"),
    ("notin", "∉"), ("subset", "⊂"), ("subseteq", "⊆"), ("cup", "∪"), ("cap", "∩"), ("setminus", "∖"),
    ("to", "→"), ("rightarrow", "→"), ("leftarrow", "←"), ("mapsto", "↦"), ("Rightarrow", "⇒"),
    ("implies", "⇒"), ("Leftrightarrow", "⇔"), ("iff", "⇔"), ("land", "∧"), ("wedge", "∧"), ("lor", "∨"),
    ("vee", "∨"), ("times", "×"), ("cdot", "·"), ("div", "÷"), ("pm", "±"), ("mp", "∓"), ("oplus", "⊕"),
    ("otimes", "⊗"), ("perp", "⊥"), ("parallel", "∥"), ("mid", "|"), ("lt", "<"), ("gt", ">"),
];

#[rustfmt::skip]
const RAISED: &[(char, char)] = &[
    ('0', '⁰'), ('1', '¹'), ('2', '²'), ('3', '³'), ('4', '⁴'), ('5', '⁵'), ('6', '⁶'), ('7', '⁷'), ('8', '⁸'),
    ('9', '⁹'), ('+', '⁺'), ('−', '⁻'), ('=', '⁼'), ('(', '⁽'), (')', '⁾'), ('n', 'ⁿ'), ('i', 'ⁱ'),
];

#[rustfmt::skip]
const LOWERED: &[(char, char)] = &[
    ('0', '₀'), ('1', '₁'), ('2', '₂'), ('3', '₃'), ('4', '₄'), ('5', '₅'), ('6', '₆'), ('7', '₇'), ('8', '₈'),
    ('9', '₉'), ('+', '₊'), ('−', '₋'), ('=', '₌'), ('(', '₍'), (')', '₎'), ('i', 'ᵢ'), ('j', 'ⱼ'), ('k', 'ₖ'),
    ('n', 'ₙ'), ('m', 'ₘ'), ('x', 'ₓ'),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_reads_on_one_line() {
        for (given, want) in [
            (r"e^{i\pi} + 1 = 0", "e^(iπ) + 1 = 0"),
            (r"\lambda", "λ"),
            (r"a^2+b^2=c^2", "a²+b²=c²"),
            (r"\frac{a+b}{2} \leq \sqrt{ab}", "(a+b)/2 ≤ √(ab)"),
            (r"\sum_{k=1}^{n} k = \frac{n(n+1)}{2}", "∑ₖ₌₁ⁿ k = n(n+1)/2"),
            (r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}", "∫₀^∞ e^(−x²) dx = √π/2"),
            (r"\mathbb{E}[\text{age}] = \int_0^1 (1-u)\,du = \frac{1}{2}.", "𝔼[age] = ∫₀¹ (1−u) du = 1/2."),
            (r"P(N = n) = e^{-\lambda} \frac{\lambda^n}{n!},", "P(N = n) = e^(−λ) λⁿ/n!,"),
            (r"1 - \frac{1}{\lambda} + \frac{1}{e^{\lambda} - 1}", "1 − 1/λ + 1/(e^λ − 1)"),
            (r"\frac{1}{2a}", "1/(2a)"),
            (r"x\in A\cup B", "x ∈ A ∪ B"),
            (r"\left( \frac12 \right)", "( 1/2 )"),
            (r"\max_{i \in S} x_i'", "max_(i ∈ S) xᵢ′"),
            (r"\{x \mid x < \text{so many}\}", "{x | x < so many}"),
        ] {
            assert_eq!(linear(given).as_deref(), Some(want), "given {given}");
        }
    }

    #[test]
    fn a_formula_that_does_not_go_on_one_line_stays_tex() {
        for given in [
            r"\begin{matrix} a & b \\ c & d \end{matrix}",
            r"\frac{1}",
            r"\nonsense{x}",
            r"\sqrt[3]{x}",
            "{",
            "}",
            "x^",
            r"\",
            r"\mathbb{x}",
            "",
            &"{".repeat(100_000),
        ] {
            assert_eq!(linear(given), None, "given {given}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(given in r"[a-z0-9\\{}^_ ]{0,60}|\PC{0,60}") {
            if let Some(text) = linear(&given) {
                prop_assert!(!text.contains(['\n', '\\']) || given.contains('\n'), "{text}");
            }
        }
    }
}
