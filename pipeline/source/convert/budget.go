package convert

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// maxMemory is how much memory the reader of Parquet files may hold at once.
const maxMemory = 1 << 30

// budget gives memory up to a limit. Beyond it, it gives none; the library, which expects what it asked
// for, panics, and guard turns that into an error.
type budget struct {
	memory.Allocator
	left     atomic.Int64
	exceeded atomic.Bool
}

func newBudget(limit int64) *budget {
	b := &budget{Allocator: memory.DefaultAllocator}
	b.left.Store(limit)
	return b
}

// Allocate implements memory.Allocator.
func (b *budget) Allocate(size int) []byte {
	if b.left.Add(-int64(size)) < 0 {
		b.exceeded.Store(true)
		b.left.Add(int64(size))
		return nil
	}
	return b.Allocator.Allocate(size)
}

// Reallocate implements memory.Allocator.
func (b *budget) Reallocate(size int, old []byte) []byte {
	more := int64(size - len(old))
	if b.left.Add(-more) < 0 && more > 0 {
		b.exceeded.Store(true)
		b.left.Add(more)
		return nil
	}
	return b.Allocator.Reallocate(size, old)
}

// Free implements memory.Allocator.
func (b *budget) Free(old []byte) {
	b.left.Add(int64(len(old)))
	b.Allocator.Free(old)
}

// explain gives the error that memory ran out if it did, whatever came of it, else the error.
func (b *budget) explain(err error) error {
	if !b.exceeded.Load() {
		return err
	}
	return &UnreadableError{
		Reason: "needs more memory than an export does", Hint: "export fewer columns, or smaller row groups, or CSV",
	}
}
