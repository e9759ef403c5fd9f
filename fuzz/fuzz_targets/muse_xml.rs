#![no_main]
protoecg_fuzz::single_file!(formats::muse_xml::parse);
