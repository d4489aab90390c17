//! Which language an essay is in, told from its letters.
//!
//! Scripts decide before statistics do: kana is Japanese and Hangul Korean once they are more than a quoted
//! word; Han alone is Chinese, Hant or Hans by characters that exist in one of them only. What is left is
//! counted in trigrams, and believed only with enough text and confidence. Leaves out: mixed essays.

use crate::post::slug::is_han;
use crate::words::{Lang, Writing};

/// How much of an essay is looked at: more text does not change the answer, but takes time.
const SAMPLE_LETTERS: usize = 1200;
/// Least number of letters from which trigrams tell a language.
const ENOUGH_LETTERS: usize = 120;
/// Least share, in per cent of words and characters, from which a script is the essay's own and not quoted.
const OWN_SCRIPT_PERCENT: usize = 30;
/// Japanese has a kana in every second character; Chinese has one in a quoted name.
const KANA_PERCENT: usize = 10;
const HANGUL_PERCENT: usize = 30;
/// What trigrams must reach, of 1.
const ENOUGH_CONFIDENCE: f64 = 0.9;

/// Characters of the traditional script that neither simplified Chinese nor Japanese uses.
const HANT_ONLY: &str = "\
    這們說對發經讓應從樂會來國學麼兩歷壓變聽處備夠奪屬歸總戰氣實聲圖點黨關轉單嚴擇據擔擴擊數斷舊樣權\
    歡沒溫灣爭獨畫當疊盡禮稱穩竊繼續縣膽臺與舉蟲裡覺觀觸譯讀豐賣辭邊醫釋鐵錄錢隨險隱雙雜雞靈靜顯餘驗\
    驅體麥齊龍龜嗎妳讚隻儘廣層殘淺賴寫兒專傳價澤營勞團圍彈戲擧攝敘曆曉條檢榮歐滿濟燒爐狹莊藝藥號踐蹟\
    遲";

/// Characters of the simplified script that neither traditional Chinese nor Japanese uses.
const HANS_ONLY: &str = "\
    这们说时问为过还对发开经现让请谢谁话语读书车门间见觉观认识应该东乐业义习关兴净凤币师带帮庆张归录\
    忆忧态总恶战户执扩扫扬报护拟择换损摆摇撑敌显术杀杂权枪标树桥检欢毁毕汉汤沟泽浆测济浏润涨渐满滚滤\
    灭灵灾热爱爷牵狮猎环玛电畅疗疯盘监矿码祸积稳穷竞笔签简类红约级纪纯纲纳纵纷纸线练组细织终绍绑结绕\
    绘给络绝统继绩绪续维绿缓编缘缩罗罚罢职联肃肠肤肿胁脏脑脸舰艰艺节苏药获营萧蓝虑虽虾蚁补衬袭裤计订\
    讨训议讯记讲许论设访证评诉词试诗诚诞询详误诸课调谅谈谋谜谱贝负贡财责贤败货质贩贪贫购贯贵贷贸费贺\
    资赏赖赚赛赞趋跃轨转轮软轻载较辅辆辈辉输达迁迈运进远违连迟选递逻遗邓邮邻郑酱鉴针钉钟钢钱铁铃铅银\
    链销锁错锅键镇镜长闭闲闷闸闻阅队阳阴阵阶际陆陈险隐难雾页顶项顺须预领频颗题颜额风飞饭饮饰饱馆马驱\
    驾验骑骗鱼鲁鲜鸟鸡鸣鸭鸿鹅齐龙两吗妈卫处备够奋审导岁岛帅帐库强层压历";

/// The language of `essay`, or the publication's where its letters do not tell.
pub(super) fn detect(essay: &str, publication: &Lang) -> Lang {
    let sample = Sample::of(essay);
    let found = sample.by_script(publication).or_else(|| sample.by_trigrams());
    match found {
        // `pt-BR` and `zh-TW` say more than letters can.
        Some(found) if is_same(&found, publication) => publication.clone(),
        Some(found) => found,
        None => publication.clone(),
    }
}

/// The letters of an essay's beginning, without code, addresses and tags.
struct Sample {
    text: String,
    han: usize,
    kana: usize,
    hangul: usize,
    /// Words of any other script.
    words: usize,
}

impl Sample {
    fn of(essay: &str) -> Self {
        let mut sample = Self { text: String::new(), han: 0, kana: 0, hangul: 0, words: 0 };
        let mut is_in_code = false;
        for line in essay.lines() {
            if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
                is_in_code = !is_in_code;
            } else if !is_in_code {
                line.split_whitespace().filter(|word| is_prose(word)).for_each(|word| sample.add(word));
            }
            if sample.text.len() > SAMPLE_LETTERS * 3 {
                break;
            }
        }
        sample
    }

    fn add(&mut self, word: &str) {
        let before = self.han + self.kana + self.hangul;
        for c in word.chars() {
            match c {
                '\u{3041}'..='\u{30fa}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9d}' => self.kana += 1,
                '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' => {
                    self.hangul += 1
                }
                _ if is_han(c) => self.han += 1,
                _ => {}
            }
        }
        if self.han + self.kana + self.hangul == before && word.chars().any(char::is_alphabetic) {
            self.words += 1;
        }
        self.text.push_str(word);
        self.text.push(' ');
    }

    fn by_script(&self, publication: &Lang) -> Option<Lang> {
        let characters = self.han + self.kana + self.hangul;
        if characters == 0 || characters * 100 < OWN_SCRIPT_PERCENT * (characters + self.words) {
            return None;
        }
        let is_share = |count: usize, percent: usize| count * 100 >= percent * characters;
        if is_share(self.hangul, HANGUL_PERCENT) {
            return tag("ko");
        }
        if is_share(self.kana, KANA_PERCENT) {
            return tag("ja");
        }
        self.by_characters(publication)
    }

    fn by_characters(&self, publication: &Lang) -> Option<Lang> {
        let count = |table: &str| self.text.chars().filter(|c| table.contains(*c)).count();
        let (hant, hans) = (count(HANT_ONLY), count(HANS_ONLY));
        match hant.cmp(&hans) {
            std::cmp::Ordering::Greater => tag("zh-Hant"),
            std::cmp::Ordering::Less => tag("zh-Hans"),
            std::cmp::Ordering::Equal if matches!(publication.writing(), Writing::Han | Writing::Kana) => {
                Some(publication.clone())
            }
            std::cmp::Ordering::Equal => tag("zh"),
        }
    }

    fn by_trigrams(&self) -> Option<Lang> {
        if self.text.chars().filter(|c| c.is_alphabetic()).count() < ENOUGH_LETTERS {
            return None;
        }
        let info = whatlang::detect(&self.text[..self.text.floor_char_boundary(SAMPLE_LETTERS)])?;
        let is_sure = info.is_reliable() && info.confidence() >= ENOUGH_CONFIDENCE;
        if is_sure { tag(short_code(info.lang().code())) } else { None }
    }
}

fn is_prose(word: &str) -> bool {
    !word.contains("://") && !word.starts_with(['<', '`', '\\', '@'])
}

fn tag(text: &str) -> Option<Lang> {
    text.parse().ok()
}

/// Whether a detected language is the publication's, as far as letters can tell.
fn is_same(found: &Lang, publication: &Lang) -> bool {
    if found.primary() != publication.primary() {
        return false;
    }
    found.writing() != Writing::Han
        || found.as_str() == "zh"
        || is_traditional(found) == is_traditional(publication)
}

/// Whether a tag names traditional Chinese, by script or else by region; none where it says neither.
fn is_traditional(lang: &Lang) -> Option<bool> {
    lang.as_str().split('-').skip(1).find_map(|subtag| match subtag {
        "Hant" => Some(true),
        "Hans" => Some(false),
        "TW" | "HK" | "MO" => Some(true),
        "CN" | "SG" | "MY" => Some(false),
        _ => None,
    })
}

/// BCP 47 wants the two-letter code where there is one (RFC 5646 §2.2.1); trigrams speak ISO 639-3.
fn short_code(code: &str) -> &str {
    #[rustfmt::skip]
    const CODES: &[(&str, &str)] = &[
        ("afr", "af"), ("aka", "ak"), ("amh", "am"), ("ara", "ar"), ("aze", "az"), ("bel", "be"),
        ("ben", "bn"), ("bul", "bg"), ("cat", "ca"), ("ces", "cs"), ("cmn", "zh"), ("cym", "cy"),
        ("dan", "da"), ("deu", "de"), ("ell", "el"), ("eng", "en"), ("epo", "eo"), ("est", "et"),
        ("fin", "fi"), ("fra", "fr"), ("guj", "gu"), ("heb", "he"), ("hin", "hi"), ("hrv", "hr"),
        ("hun", "hu"), ("hye", "hy"), ("ind", "id"), ("ita", "it"), ("jav", "jv"), ("jpn", "ja"),
        ("kan", "kn"), ("kat", "ka"), ("khm", "km"), ("kor", "ko"), ("lat", "la"), ("lav", "lv"),
        ("lit", "lt"), ("mal", "ml"), ("mar", "mr"), ("mkd", "mk"), ("mya", "my"), ("nep", "ne"),
        ("nld", "nl"), ("nob", "nb"), ("ori", "or"), ("pan", "pa"), ("pes", "fa"), ("pol", "pl"),
        ("por", "pt"), ("ron", "ro"), ("rus", "ru"), ("sin", "si"), ("slk", "sk"), ("slv", "sl"),
        ("sna", "sn"), ("spa", "es"), ("srp", "sr"), ("swe", "sv"), ("tam", "ta"), ("tel", "te"),
        ("tgl", "tl"), ("tha", "th"), ("tuk", "tk"), ("tur", "tr"), ("ukr", "uk"), ("urd", "ur"),
        ("uzb", "uz"), ("vie", "vi"), ("yid", "yi"), ("zul", "zu"),
    ];
    CODES.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "A letter to a friend is read once, slowly, and then kept in a drawer; a feed is read \
        by a machine every hour and forgotten. Most of what we write lies somewhere between the two.";

    fn detected(essay: &str, publication: &str) -> String {
        detect(essay, &publication.parse().unwrap()).to_string()
    }

    #[test]
    fn an_essay_tells_its_language_by_its_letters() {
        for (essay, publication, want) in [
            ("這是一篇關於地圖的文章，說明我們為什麼需要它。", "en", "zh-Hant"),
            ("这是一篇关于地图的文章，说明我们为什么需要它。", "en", "zh-Hans"),
            ("這是一篇關於地圖的文章。", "zh-TW", "zh-TW"),
            ("这是一篇关于地图的文章。", "zh-TW", "zh-Hans"),
            ("地図についての短い随筆です。", "en", "ja"),
            (
                "我在路上看到「茶の湯」的招牌，於是走進去，和老闆聊了一個下午的天，說了許多往事。",
                "en",
                "zh-Hant",
            ),
            ("지도에 대한 짧은 글입니다.", "en", "ko"),
            ("山川草木", "ja", "ja"),
            ("山川草木", "en", "zh"),
            ("使用 RSS 的人越來越少，但是 feed 沒有死。", "en", "zh-Hant"),
            (ENGLISH, "ja", "en"),
            ("Short note.", "fr", "fr"),
            ("", "de", "de"),
        ] {
            assert_eq!(detected(essay, publication), want, "given {essay}");
        }
    }

    #[test]
    fn a_quoted_word_does_not_flip_an_english_essay() {
        for quoted in ["もののあはれ", "정", "文章千古事"] {
            assert_eq!(detected(&format!("{ENGLISH} The word is {quoted}."), "en"), "en", "given {quoted}");
            assert_eq!(detected(&format!("{quoted} is a word. {ENGLISH}"), "ja"), "en", "given {quoted}");
        }
    }

    #[test]
    fn the_publications_own_variety_is_kept() {
        let essay = "Escrever devagar é uma forma de atenção: quem escreve uma carta escolhe as palavras para \
            uma pessoa só, e quem a recebe sabe disso desde a primeira linha que lê em voz baixa.";
        assert_eq!(detected(essay, "pt-BR"), "pt-BR");
        assert_eq!(detected(essay, "en"), "pt");
    }

    #[test]
    fn code_and_addresses_are_not_read() {
        let essay = format!(
            "地図を描く。\n```rust\n{}\n```\nhttps://example.org/a/b/c\n",
            "let x = feed();\n".repeat(40)
        );
        assert_eq!(detected(&essay, "en"), "ja");
    }

    #[test]
    fn no_character_tells_both_scripts() {
        let both: Vec<char> = HANT_ONLY.chars().filter(|c| HANS_ONLY.contains(*c)).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
