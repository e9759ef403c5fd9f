#![no_main]
protoecg_fuzz::single_file!(formats::dicom::parse);
