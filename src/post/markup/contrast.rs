//! How well a colour stands out from another, for tests of what we paint.

/// The contrast ratio of two colours (`#rrggbb`), from 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(one: &str, other: &str) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn black_on_white_is_as_far_apart_as_can_be() {
    assert_eq!(contrast("#000000", "#ffffff").to_string(), "21");
    assert_eq!(contrast("#777777", "#777777").to_string(), "1");
    assert_eq!(format!("{:.2}", contrast("#ffffff", "#767676")), "4.54");
}
