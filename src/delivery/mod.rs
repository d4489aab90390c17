//! The only room with SMTP: claims, hands over, settles.
