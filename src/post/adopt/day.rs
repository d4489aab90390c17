//! Dates as people write them above and below an essay.
//!
//! Figures (`2026-11-22`, `2026/11/22`, `2026. 11. 22.`, `22.11.2026`), East Asian dates (`2026年11月22日`,
//! `二〇二六年十一月`, `令和八年…`, `民國一一五年…`, `2026년 11월 22일`) and names of months in English, German,
//! French, Spanish, Portuguese and Italian. `3/4/2026` is no date: half the world reads another day in it.

use jiff::Zoned;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthStr;

use crate::post::adopt::numerals;
use crate::post::dates;

/// Columns of the longest place beside a date.
const PLACE_COLUMNS: usize = 20;

/// A day, or a moment of it, as far as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub at: Zoned,
    pub precision: Precision,
}

/// How much of a date was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    /// Meant as its first day.
    Month,
    Day,
    Minute,
}

impl Day {
    /// The day of `at`, no more.
    pub fn of(at: &Zoned) -> Self {
        let midnight = dates::midnight(at.date(), at.time_zone());
        Self { at: midnight.unwrap_or_else(|_| at.clone()), precision: Precision::Day }
    }

    /// As a TOML value that reads back as the same moment.
    pub fn to_toml(&self) -> String {
        match self.precision {
            Precision::Minute => self.at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            Precision::Month | Precision::Day => self.at.date().to_string(),
        }
    }
}

/// The date that `line` is, and nothing else is in it but what a date may be introduced with.
pub(super) fn whole(line: &str, zone: &TimeZone) -> Option<Day> {
    let text: String = line.nfkc().collect::<String>().to_lowercase();
    let text = without_label(text.trim());
    if let Ok(at) = dates::parse(text, zone) {
        let precision = if text.len() > "2026-11-22".len() { Precision::Minute } else { Precision::Day };
        return Some(Day { at, precision });
    }
    let (text, time) = split_time(text);
    let tokens = tokens(&without_weekday(text))?;
    let (year, month, day) =
        by_figures(&tokens).or_else(|| by_units(&tokens)).or_else(|| by_name(&tokens))?;
    let date = Date::new(narrow(year)?, narrow(month)?, day.map_or(Some(1), narrow)?).ok()?;
    let time = time.filter(|_| day.is_some());
    let precision = match (day, time) {
        (None, _) => Precision::Month,
        (Some(_), None) => Precision::Day,
        (Some(_), Some(_)) => Precision::Minute,
    };
    let at = match time {
        Some(time) => date.to_datetime(time).to_zoned(zone.clone()).ok()?,
        None => dates::midnight(date, zone).ok()?,
    };
    (1000..=9999).contains(&year).then_some(Day { at, precision })
}

/// The date at either end of a short line that also names a place: `台北，二〇二六年十一月`.
pub(super) fn within(line: &str, zone: &TimeZone) -> Option<Day> {
    let line = line.trim().trim_matches(['（', '）', '(', ')', '—', '。']);
    whole(line, zone).or_else(|| {
        let cuts = line.char_indices().filter(|(_, c)| ",，、 　於于在に写寫記记".contains(*c));
        let mut sides = cuts.map(|(at, c)| (&line[..at], &line[at + c.len_utf8()..]));
        sides.find_map(|(before, after)| {
            let after_place = || whole(after, zone).filter(|_| is_place(before));
            after_place().or_else(|| whole(before, zone).filter(|_| is_place(after)))
        })
    })
}

/// Whether `text` can be where the date was written: a name, not half a sentence.
fn is_place(text: &str) -> bool {
    const NO_PLACES: &[&str] = &["in", "on", "since", "from", "by", "until", "after", "before", "at"];
    let is_name = |word: &str| {
        word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase())
            && word.chars().all(|c| c.is_alphanumeric() || "'’-,，、".contains(c))
            && !NO_PLACES.contains(&word.to_lowercase().as_str())
    };
    text.width() <= PLACE_COLUMNS && text.split_whitespace().all(is_name)
}

fn narrow<T: TryFrom<u32>>(number: u32) -> Option<T> {
    T::try_from(number).ok()
}

const LABELS: &[&str] = &[
    "日期",
    "時間",
    "时间",
    "日時",
    "日付",
    "날짜",
    "작성일",
    "發表於",
    "发表于",
    "發佈於",
    "发布于",
    "寫於",
    "写于",
    "作於",
    "作于",
    "date",
    "published on",
    "published",
    "posted on",
    "posted",
    "written on",
    "written",
    "datum",
    "fecha",
    "data",
    "le",
    "den",
    "am",
    "on",
];

fn without_label(text: &str) -> &str {
    let label = LABELS.iter().filter(|label| text.starts_with(**label)).max_by_key(|label| label.len());
    let Some(label) = label else { return text };
    let rest = &text[label.len()..];
    let is_cut = !label.is_ascii() || rest.starts_with([' ', ':']);
    if is_cut { rest.trim_start_matches([' ', ':', '/']) } else { text }
}

/// `2026-11-22 18:30` becomes date and time.
fn split_time(text: &str) -> (&str, Option<Time>) {
    let (date, clock) = match text.rsplit_once([' ', 't']) {
        Some(parts) if parts.1.contains(':') => parts,
        _ => return (text, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let is_pair = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let numbers: Option<Vec<i8>> =
        parts.iter().map(|part| Some(part).filter(|p| is_pair(p))?.parse().ok()).collect();
    let time = match numbers.as_deref() {
        Some([hour, minute]) => Time::new(*hour, *minute, 0, 0).ok(),
        Some([hour, minute, second]) => Time::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    };
    if time.is_some() { (date.trim_end_matches([',', ' ']), time) } else { (text, None) }
}

/// The day of the week says nothing that the date does not.
fn without_weekday(text: &str) -> String {
    let mut text = text.to_owned();
    for day in "一二三四五六日天".chars() {
        for week in ["星期", "週", "周", "禮拜", "礼拜"] {
            text = text.replace(&format!("{week}{day}"), " ");
        }
    }
    for (han, hangul) in "月火水木金土日".chars().zip("월화수목금토일".chars()) {
        text = text.replace(&format!("{han}曜日"), " ").replace(&format!("{hangul}요일"), " ");
        text = text.replace(&format!("({han})"), " ").replace(&format!("({hangul})"), " ");
    }
    text.replace("( )", " ").replace("()", " ")
}

/// What a date is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Number(u32),
    /// A unit or an era, or a word.
    Word(String),
    /// `-`, `/` or `.`.
    Mark(char),
}

/// Words that join the parts of a date.
const JOINTS: &[&str] = &["of", "the", "de", "del", "di", "st", "nd", "rd", "th", "er", "º"];

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "segunda",
    "terça",
    "quarta",
    "quinta",
    "sexta",
    "feira",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let run = |is_in: &dyn Fn(char) -> bool| rest.find(|c| !is_in(c)).unwrap_or(rest.len());
        let taken = if c.is_ascii_digit() {
            let end = run(&|c| c.is_ascii_digit());
            tokens.push(Token::Number(rest[..end].parse().ok().filter(|_| end <= 4)?));
            end
        } else if numerals::is_numeral(c) {
            let end = run(&numerals::is_numeral);
            tokens.push(Token::Number(numerals::value(&rest[..end])?));
            end
        } else if is_unit_script(c) {
            let end = if UNITS.contains(&c) {
                c.len_utf8()
            } else {
                run(&|c| is_unit_script(c) && !numerals::is_numeral(c) && !UNITS.contains(&c))
            };
            tokens.push(Token::Word(rest[..end].to_owned()));
            end
        } else if c.is_alphabetic() {
            let end = run(&|c| c.is_alphabetic() && !is_unit_script(c));
            let word = &rest[..end];
            if !JOINTS.contains(&word) && !WEEKDAYS.contains(&word) {
                tokens.push(Token::Word(word.to_owned()));
            }
            end
        } else if matches!(c, '-' | '/' | '.') {
            tokens.push(Token::Mark(c));
            1
        } else if c.is_whitespace() || c == ',' || c == 'º' {
            c.len_utf8()
        } else {
            return None;
        };
        rest = &rest[taken..];
    }
    Some(tokens)
}

const UNITS: [char; 8] = ['年', '月', '日', '号', '號', '년', '월', '일'];

fn is_unit_script(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

type YearMonthDay = (u32, u32, Option<u32>);

/// Figures between equal marks; the order is told by the year and by what cannot be a month.
fn by_figures(tokens: &[Token]) -> Option<YearMonthDay> {
    use Token::{Mark, Number};
    let tokens = match tokens {
        [head @ .., Mark('.')] => head,
        _ => tokens,
    };
    let [Number(first), Mark(mark), Number(second), Mark(same), Number(third)] = *tokens else { return None };
    match (first, second, third) {
        _ if mark != same => None,
        (1000.., month, day) => Some((first, month, Some(day))),
        (day, month, year @ 1000..) if mark == '.' || day > 12 => Some((year, month, Some(day))),
        (month, day, year @ 1000..) if day > 12 => Some((year, month, Some(day))),
        _ => None,
    }
}

/// First year of an era less one.
const ERAS: &[(&str, u32)] = &[
    ("西元", 0),
    ("公元", 0),
    ("西暦", 0),
    ("서기", 0),
    ("民國", 1911),
    ("民国", 1911),
    ("中華民國", 1911),
    ("明治", 1867),
    ("大正", 1911),
    ("昭和", 1925),
    ("平成", 1988),
    ("令和", 2018),
];

/// Numbers before `年`, `月`, `日`, or before `년`, `월`, `일`.
fn by_units(tokens: &[Token]) -> Option<YearMonthDay> {
    use Token::{Number, Word};
    let is = |word: &str, units: &[&str]| units.contains(&word);
    let (era, tokens) = match tokens {
        [Word(era), rest @ ..] => (Some(era.as_str()), rest),
        _ => (None, tokens),
    };
    // The first year of an era is written `元`, which stands with the era's name.
    let (era, first) = match era.and_then(|era| era.strip_suffix('元')).filter(|era| *era != "西") {
        Some(era) => (Some(era), Some(1)),
        None => (era.or(Some("公元")), None),
    };
    let (_, before) = ERAS.iter().find(|(name, _)| Some(*name) == era)?;
    let (year, tokens) = match (first, tokens) {
        (Some(year), [Word(unit), rest @ ..]) if is(unit, &["年"]) => (year, rest),
        (None, [Number(year), Word(unit), rest @ ..]) if is(unit, &["年", "년"]) => (*year, rest),
        _ => return None,
    };
    match tokens {
        [Number(month), Word(unit)] if is(unit, &["月", "월"]) => Some((before + year, *month, None)),
        [Number(month), Word(unit), Number(day), Word(last)]
            if is(unit, &["月", "월"]) && is(last, &["日", "号", "號", "일"]) =>
        {
            Some((before + year, *month, Some(*day)))
        }
        _ => None,
    }
}

/// Full names of months; three letters or more of one are enough.
const MONTHS: &[[&str; 6]] = &[
    ["january", "januar", "janvier", "enero", "janeiro", "gennaio"],
    ["february", "februar", "février", "febrero", "fevereiro", "febbraio"],
    ["march", "märz", "mars", "marzo", "março", "marzo"],
    ["april", "april", "avril", "abril", "abril", "aprile"],
    ["may", "mai", "mai", "mayo", "maio", "maggio"],
    ["june", "juni", "juin", "junio", "junho", "giugno"],
    ["july", "juli", "juillet", "julio", "julho", "luglio"],
    ["august", "august", "août", "agosto", "agosto", "agosto"],
    ["september", "september", "septembre", "septiembre", "setembro", "settembre"],
    ["october", "oktober", "octobre", "octubre", "outubro", "ottobre"],
    ["november", "november", "novembre", "noviembre", "novembro", "novembre"],
    ["december", "dezember", "décembre", "diciembre", "dezembro", "dicembre"],
];

fn month_named(word: &str) -> Option<u32> {
    let is_beginning = |name: &&str| name.starts_with(word) && word.chars().count() >= 3;
    let fitting: Vec<u32> =
        MONTHS.iter().zip(1..).filter(|(names, _)| names.iter().any(is_beginning)).map(|(_, n)| n).collect();
    match fitting.as_slice() {
        [month] => Some(*month),
        _ if word == "sept" => Some(9),
        _ => None,
    }
}

fn by_name(tokens: &[Token]) -> Option<YearMonthDay> {
    use Token::{Number, Word};
    let tokens: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Mark('.'))).collect();
    match tokens.as_slice() {
        [Number(day), Word(month), Number(year)] | [Word(month), Number(day), Number(year)] => {
            Some((*year, month_named(month)?, Some(*day)))
        }
        [Word(month), Number(year)] => Some((*year, month_named(month)?, None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Asia/Taipei").unwrap()
    }

    #[test]
    fn dates_are_read_in_the_notations_people_use() {
        for (line, want) in [
            ("2026-11-22", "2026-11-22"),
            ("2026/11/22", "2026-11-22"),
            ("2026.11.22", "2026-11-22"),
            ("2026. 11. 22.", "2026-11-22"),
            ("２０２６年１１月２２日", "2026-11-22"),
            ("2026年11月22日", "2026-11-22"),
            ("2026 年 11 月 22 日（日）", "2026-11-22"),
            ("2026年11月22日 星期日", "2026-11-22"),
            ("2026年11月22日（日曜日）", "2026-11-22"),
            ("日期：2026年3月1號", "2026-03-01"),
            ("写于2026年3月1日", "2026-03-01"),
            ("二〇二六年十一月廿二日", "2026-11-22"),
            ("二零二六年十一月二十二日", "2026-11-22"),
            ("民國一一五年十一月二十二日", "2026-11-22"),
            ("令和八年十一月二十二日", "2026-11-22"),
            ("令和元年五月一日", "2019-05-01"),
            ("平成31年4月30日", "2019-04-30"),
            ("2026년 11월 22일 일요일", "2026-11-22"),
            ("22 November 2026", "2026-11-22"),
            ("Sunday, 22nd of November, 2026", "2026-11-22"),
            ("Nov. 22, 2026", "2026-11-22"),
            ("Posted on November 22nd, 2026", "2026-11-22"),
            ("22. November 2026", "2026-11-22"),
            ("le 1er mars 2026", "2026-03-01"),
            ("22 de noviembre de 2026", "2026-11-22"),
            ("22.11.2026", "2026-11-22"),
            ("22/11/2026", "2026-11-22"),
            ("11/22/2026", "2026-11-22"),
            ("2026-11-22 18:30", "2026-11-22T18:30:00+08:00"),
            ("2026年11月22日 18:30", "2026-11-22T18:30:00+08:00"),
            ("2026-11-22T18:30:00+01:00", "2026-11-22T18:30:00+01:00"),
        ] {
            assert_eq!(whole(line, &zone()).map(|day| day.to_toml()).as_deref(), Some(want), "given {line}");
        }
    }

    #[test]
    fn a_month_is_its_first_day() {
        for line in ["二〇二六年十一月", "2026年11月", "November 2026", "2026년 11월", "民國115年11月"]
        {
            let day = whole(line, &zone()).unwrap();
            assert_eq!(
                (day.to_toml().as_str(), day.precision),
                ("2026-11-01", Precision::Month),
                "given {line}"
            );
        }
    }

    #[test]
    fn what_is_no_date_or_more_than_one_is_not_read() {
        for line in [
            "",
            "2026",
            "2026年",
            "3/4/2026",
            "2026-13-01",
            "2026年11月31日",
            "November",
            "May I write to you in 2026",
            "On 22 November 2026 I left",
            "2026年11月22日，雨",
            "ju 2026",
            "一、二〇二六年十一月",
            "99999-11-22",
        ] {
            assert_eq!(whole(line, &zone()), None, "given {line}");
        }
    }

    #[test]
    fn a_place_may_stand_beside_the_date() {
        for (line, want) in [
            ("台北，二〇二六年十一月", "2026-11-01"),
            ("二〇二六年十一月二十二日於台北", "2026-11-22"),
            ("（2026年11月22日写于北京）", "2026-11-22"),
            ("Lisbon, 22 November 2026", "2026-11-22"),
        ] {
            assert_eq!(within(line, &zone()).map(|day| day.to_toml()).as_deref(), Some(want), "given {line}");
        }
        assert_eq!(within("我在2026年11月22日那天走了", &zone()), None);
    }
}
