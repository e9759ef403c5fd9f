#![no_main]
protoecg_fuzz::single_file!(formats::hl7_aecg::parse);
