//! What a publication may be called and where it may live; `init` asks the same as the file.

use url::Url;

/// Whether `title` can stand in one line of a mail; what is wrong if it cannot.
pub fn check_title(title: &str) -> Result<(), String> {
    match title.chars().find(|c| c.is_control()) {
        Some('\n' | '\r') => Err("expected one line, found a line break".to_owned()),
        Some(control) => {
            Err(format!("expected text, found the control character U+{:04X}", u32::from(control)))
        }
        None if title.trim().is_empty() => Err("expected a name, found nothing".to_owned()),
        None => Ok(()),
    }
}

/// `url` as the address of a publication's home page; what is wrong if it cannot be one.
pub fn home(mut url: Url) -> Result<Url, String> {
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(format!("expected an https or http address, found `{url}`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("expected an address without `?` and `#`, found `{url}`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected an address without user and password".to_owned());
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// Whether a reader can follow `url` to ask for the mail; what is wrong if not.
pub fn check_subscribe_url(url: Option<&Url>) -> Result<(), String> {
    match url {
        Some(url) if !matches!(url.scheme(), "https" | "http" | "mailto") => {
            Err(format!("expected an https or mailto address, found `{url}`"))
        }
        _ => Ok(()),
    }
}

/// Whether `url` can be the address of a WebSub hub; what is wrong if not.
pub(super) fn check_hub(url: &Url) -> Result<(), String> {
    if !matches!(url.scheme(), "https" | "http") {
        return Err(format!("expected an https or http address, found `{url}`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected an address without user and password".to_owned());
    }
    if url.fragment().is_some() {
        return Err(format!("expected an address without `#`, found `{url}`"));
    }
    Ok(())
}
