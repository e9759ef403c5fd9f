#![no_main]
protoecg_fuzz::single_file!(formats::philips_xml::parse);
