package pipeline

// Progress is told how far a run is. Its methods are called from one goroutine at a time.
type Progress interface {
	// Step begins a step: load, model or publish.
	Step(name string)
	// Bytes says how many bytes of all files have been read; both only ever grow.
	Bytes(done, total int64)
	// Model says that a model was built.
	Model(name string, done, total int)
}

// Quiet is a Progress that says nothing.
type Quiet struct{}

// Step says nothing.
func (Quiet) Step(string) {}

// Bytes says nothing.
func (Quiet) Bytes(int64, int64) {}

// Model says nothing.
func (Quiet) Model(string, int, int) {}
