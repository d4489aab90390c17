//! What XML 1.0 asks of names, tags and declarations, and the reader lets pass.
//!
//! Follows XML 1.0 (Fifth Edition) §2.3, §2.6, §2.8 and §3.1, and Namespaces in XML 1.0 §4. What no document of ours
//! needs, such as `standalone`, is refused.

/// Checks the inside of `<?xml …?>`.
pub(super) fn check_declaration(inside: &str) -> Result<(), String> {
    let attributes = attributes(inside.strip_prefix("xml").unwrap_or(inside))?;
    let is_known = match attributes[..] {
        [("version", "1.0")] => true,
        [("version", "1.0"), ("encoding", encoding)] => encoding.eq_ignore_ascii_case("utf-8"),
        _ => false,
    };
    if is_known { Ok(()) } else { Err(format!("the declaration `{inside}`")) }
}

/// Checks the inside of another `<?…?>`.
pub(super) fn check_instruction(inside: &str) -> Result<(), String> {
    let target = inside.split(is_space).next().unwrap_or_default();
    let is_kept_for_xml = target.eq_ignore_ascii_case("xml");
    if is_unprefixed(target) && !is_kept_for_xml {
        Ok(())
    } else {
        Err(format!("the instruction `{target}`"))
    }
}

/// Checks the inside of a start tag: names, and white space before each attribute.
pub(super) fn check_tag(inside: &str) -> Result<(), String> {
    let name = inside.split(is_space).next().unwrap_or_default();
    check_name(name)?;
    attributes(&inside[name.len()..]).map(drop)
}

/// Names and values, as they are written.
fn attributes(text: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut attributes = Vec::new();
    let mut rest = text;
    while !rest.trim_start_matches(is_space).is_empty() {
        let attribute = rest.trim_start_matches(is_space);
        if attribute.len() == rest.len() {
            return Err(format!(
                "no white space before `{}`",
                attribute.chars().take(20).collect::<String>()
            ));
        }
        let (name, value) = attribute.split_once('=').ok_or("an attribute without a value")?;
        let name = name.trim_end_matches(is_space);
        check_name(name)?;
        let value = value.trim_start_matches(is_space);
        let quote =
            value.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or("a value without a quote")?;
        let (value, after) = value[1..].split_once(quote).ok_or("a value without an end")?;
        attributes.push((name, value));
        rest = after;
    }
    Ok(attributes)
}

/// Checks a name that may have a prefix.
fn check_name(name: &str) -> Result<(), String> {
    let is_name = match name.split_once(':') {
        Some((prefix, local)) => is_unprefixed(prefix) && is_unprefixed(local),
        None => is_unprefixed(name),
    };
    if is_name { Ok(()) } else { Err(format!("the name `{name}`")) }
}

fn is_unprefixed(name: &str) -> bool {
    name.starts_with(begins_name) && name.chars().all(is_in_name)
}

fn begins_name(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_in_name(c: char) -> bool {
    begins_name(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
