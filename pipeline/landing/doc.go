// Package landing is the append-only log of what was loaded: the truth from which every run builds
// its database.
//
// A load is one folder below loads: load.json and the Parquet parts that it names. It is prepared in
// a folder below staging and becomes visible by one rename, after everything in it reached the disk.
// From then on what it says is never changed. A load that is not whole is refused, never read in part.
//
// A pack is one folder below packs: pack.json and one Parquet file with the rows of small files of many
// loads, told apart by the column _branch. It becomes visible as a load does. Then the parts that it
// took in are removed from their loads, which say as before what they brought; a part counts as there
// if its file or a pack has it.
//
// A file is what one load took from one file of a source: its parts, its counts and how it was read.
// Its content hash is that of its bytes, its mapping hash that of the settings by which it was read.
// A scan says which files lay in the folder of a source at the time of a load, landed then or before.
//
// The view of the landing is computed from the loads alone. A branch is a file that counts, as the
// models read it. In mode delta every file adds to the others. In mode snapshot each export is
// complete: the newest export is current, and a record that only older ones hold was deleted.
package landing
