// Package publish puts the files of a run on the shared drive so that whoever looks there sees a
// complete run, the old one or the new one. It knows nothing about what the files mean.
//
// The drop is the folder on the drive. A slot is the planned time a run stands for; a revision
// counts the runs of one slot. A run is an immutable folder <drop>/runs/<slot>-r<N> with a manifest
// that names every file with its size and hash. The pointer is <drop>/latest.json; it names the
// current run and the hash of its manifest. The staging is <drop>/.staging, where a run is built,
// on the same mount as the folder that it becomes by one rename.
//
// The protocol: build in the staging; bring every file to the disk and read it back; write the
// manifest last; rename without replacing; replace the pointer; read the pointer and every hash
// back. A run is intact when all files hold what its manifest says, and broken otherwise.
//
// One process at a time may stage, publish, repair and retain; the caller holds a lock for that.
// Anyone may read meanwhile.
package publish
