//! Files made by hand, octet by octet, broken ones, and what encoders write.

use std::io::Cursor;
use std::path::Path;

use super::{Told, told, told_by};

fn seconds(octets: &[u8]) -> Option<u64> {
    rounded(told(&mut Cursor::new(octets), octets.len() as u64).unwrap())
}

fn rounded(told: Told) -> Option<u64> {
    match told {
        Told::Seconds(seconds) => Some(seconds.round() as u64),
        Told::Nothing | Told::Silence => None,
    }
}

/// `frames` frames of MPEG 1 layer III, stereo, 44,100 samples a second; the header's third octet by number.
fn frames(third: impl Fn(usize) -> u8, frames: usize) -> Vec<u8> {
    let mut octets = Vec::new();
    for number in 0..frames {
        let kilobits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
        let size = 144 * kilobits[usize::from(third(number) >> 4)] * 1000 / 44_100;
        octets.extend([0xff, 0xfb, third(number), 0x00]);
        octets.resize(octets.len() - 4 + size, 0);
    }
    octets
}

/// An ID3v2 tag of `size` octets after its head.
fn tag(size: u8) -> Vec<u8> {
    let mut octets = b"ID3\x04\x00\x00\x00\x00\x00".to_vec();
    octets.push(size);
    octets.resize(10 + usize::from(size), 0xff);
    octets
}

/// A box of MP4.
fn boxed(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).unwrap();
    [&size.to_be_bytes(), name.as_slice(), content].concat()
}

/// A page of Ogg with one packet.
fn page(position: u64, serial: u32, packet: &[u8]) -> Vec<u8> {
    let head = [b"OggS\0\0".as_slice(), &position.to_le_bytes(), &serial.to_le_bytes(), &[0; 8]].concat();
    [head.as_slice(), &[1, u8::try_from(packet.len()).unwrap()], packet].concat()
}

#[test]
fn an_mp3_of_one_bit_rate_is_measured_by_its_length() {
    // 128 kbit/s: 417 octets and 26.1 ms a frame.
    let sound = frames(|_| 0x90, 1000);
    assert_eq!(seconds(&sound), Some(26));
    assert_eq!(seconds(&[tag(100), sound].concat()), Some(26), "tags are no sound");
}

#[test]
fn an_mp3_of_many_bit_rates_is_measured_by_its_table_or_not_at_all() {
    let mut sound = frames(|number| if number % 2 == 0 { 0x90 } else { 0x50 }, 400);
    assert_eq!(seconds(&sound), None);
    let table = [b"Xing".as_slice(), &[0, 0, 0, 1], &2297_u32.to_be_bytes()].concat();
    sound[36..48].copy_from_slice(&table);
    assert_eq!(seconds(&sound), Some(60));
    let mut sound = frames(|_| 0x90, 10);
    sound[36..40].copy_from_slice(b"VBRI");
    sound[50..54].copy_from_slice(&2297_u32.to_be_bytes());
    assert_eq!(seconds(&sound), Some(60));
}

#[test]
fn an_mp4_tells_its_length_in_the_head_of_the_movie() {
    let head = |version: u8, rest: &[u8]| {
        let movie = boxed(
            b"moov",
            &[boxed(b"udta", &[0; 5]), boxed(b"mvhd", &[&[version, 0, 0, 0], rest].concat())].concat(),
        );
        [boxed(b"ftyp", b"M4A isom"), boxed(b"mdat", &[7; 999]), movie].concat()
    };
    let old = [[0; 8].as_slice(), &1000_u32.to_be_bytes(), &90_500_u32.to_be_bytes()].concat();
    assert_eq!(seconds(&head(0, &old)), Some(91));
    let new = [[0; 16].as_slice(), &600_u32.to_be_bytes(), &36_000_u64.to_be_bytes()].concat();
    assert_eq!(seconds(&head(1, &new)), Some(60));
    let unknown = [[0; 8].as_slice(), &1000_u32.to_be_bytes(), &u32::MAX.to_be_bytes()].concat();
    assert_eq!(seconds(&head(0, &unknown)), None);
}

#[test]
fn an_ogg_tells_its_length_on_the_last_page_of_its_stream() {
    let opus = [b"OpusHead\x01\x02".as_slice(), &312_u16.to_le_bytes(), &[0; 7]].concat();
    let vorbis = [b"\x01vorbis\0\0\0\0\x02".as_slice(), &22_050_u32.to_le_bytes(), &[0; 10]].concat();
    for (packet, position) in [(opus, 48_000 * 90 + 312), (vorbis, 22_050 * 90)] {
        let file =
            [page(0, 7, &packet), page(position, 7, b"sound"), page(u64::MAX, 7, b"x"), page(1, 8, b"other")];
        assert_eq!(seconds(&file.concat()), Some(90));
    }
}

#[test]
fn flac_and_wav_tell_their_length_at_the_beginning() {
    let bits = 48_000_u64 << 44 | 1 << 41 | 15 << 36 | (48_000 * 75);
    let flac = [b"fLaC\0\0\0\x22".as_slice(), &[0; 10], &bits.to_be_bytes(), &[0; 16]].concat();
    assert_eq!(seconds(&flac), Some(75));
    let rate = 88_200_u32.to_le_bytes();
    let format =
        [b"fmt ".as_slice(), &16_u32.to_le_bytes(), &[1, 0, 1, 0, 0x44, 0xac, 0, 0], &rate, &[2, 0, 16, 0]];
    let sound = [b"data".as_slice(), &(88_200_u32 * 12).to_le_bytes()];
    let list = [b"LIST".as_slice(), &3_u32.to_le_bytes(), b"abc\0"];
    let wav = [b"RIFF\0\0\0\0WAVE".to_vec(), format.concat(), list.concat(), sound.concat()];
    assert_eq!(seconds(&wav.concat()), Some(12));
}

#[test]
fn what_is_cut_short_or_no_recording_has_no_length_and_does_no_harm() {
    let whole = [
        frames(|_| 0x90, 3),
        [boxed(b"ftyp", b"M4A isom"), boxed(b"moov", &boxed(b"mvhd", &[0; 20]))].concat(),
        page(0, 7, b"OpusHead\x01\x02\0\0"),
        b"fLaC\0\0\0\x22".to_vec(),
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec(),
        [b"ID3\x04\0\0\x7f\x7f\x7f\x7f".as_slice(), &[0; 9]].concat(),
        b"<html>not found</html>".to_vec(),
        [0, 0, 0, 1, b'f', b't', b'y', b'p', 0, 0, 0, 0, 0, 0, 0, 3].to_vec(),
    ];
    for file in whole {
        for end in 0..file.len() {
            told(&mut Cursor::new(&file[..end]), end as u64).unwrap();
        }
    }
    assert_eq!(seconds(b"<html>not found</html>"), None);
}

#[test]
fn an_mp3_without_a_frame_is_silence_and_a_kind_we_do_not_know_is_none() {
    for (octets, want) in [
        ([tag(100), vec![0; 4096]].concat(), Told::Silence),
        (tag(100), Told::Silence),
        (vec![0xff; 4096], Told::Silence),
        (b"ID3".to_vec(), Told::Silence),
        (b"\x1a\x45\xdf\xa3 Matroska".to_vec(), Told::Nothing),
        (frames(|number| if number % 2 == 0 { 0x90 } else { 0x50 }, 400), Told::Nothing),
    ] {
        assert_eq!(told(&mut Cursor::new(&octets), octets.len() as u64).unwrap(), want);
    }
}

/// What encoders write; `tests/recordings/README.md` says how and how long each plays.
#[test]
fn recordings_of_real_encoders_are_measured() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let recordings: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind != "md")).collect();
    assert_eq!(recordings.len(), 9);
    for path in recordings {
        assert_eq!(rounded(told_by(&path).unwrap()), Some(7), "{}", path.display());
    }
}
