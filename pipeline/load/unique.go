package load

import (
	"slices"
	"sync"
	"sync/atomic"
)

// maxHashes bounds the memory that the proof of unique keys may take: 8 bytes for each row.
const maxHashes = 24_000_000

// keyHashes collects the hashes of keys, spread over groups that are small enough for the cache.
type keyHashes struct {
	groups [256][]uint64
	n      int
}

// add collects hashes; beyond maxHashes it forgets them all.
func (k *keyHashes) add(hashes []uint64) {
	if k.n += len(hashes); k.n > maxHashes {
		k.groups = [256][]uint64{}
		return
	}
	for _, h := range hashes {
		k.groups[h>>56] = append(k.groups[h>>56], h)
	}
}

// uniqueKeys tells whether it is proven that no hash comes twice among those of all workers. It uses
// as many goroutines as there were workers.
func uniqueKeys(workers []keyHashes) bool {
	n := 0
	for i := range workers {
		if n += workers[i].n; n > maxHashes {
			return false
		}
	}
	var repeated atomic.Bool
	var wg sync.WaitGroup
	for first := range workers {
		wg.Go(func() {
			var group []uint64
			for g := first; g < len(workers[0].groups) && !repeated.Load(); g += len(workers) {
				group = group[:0]
				for i := range workers {
					group = append(group, workers[i].groups[g]...)
				}
				if hasRepeats(group) {
					repeated.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return !repeated.Load()
}

func hasRepeats(hashes []uint64) bool {
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			return true
		}
	}
	return false
}
