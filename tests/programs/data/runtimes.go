package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for g := 0; g < 8; g++ {
		wg.Add(1)
		go func(k int) {
			defer wg.Done()
			s := 0
			for i := 0; i < 300000; i++ {
				s = (s*31 + i + k) % 1000003
			}
			for i := 0; i < 1000; i++ {
				mu.Lock()
				total++
				mu.Unlock()
			}
			mu.Lock()
			total += s
			mu.Unlock()
		}(g)
	}
	wg.Wait()
	ch := make(chan int)
	go func() {
		for i := 0; i < 2000; i++ {
			ch <- i
		}
		close(ch)
	}()
	sum := 0
	for v := range ch {
		sum += v
	}
	// many goroutines, garbage collection and stack growth
	var grow func(n int) int
	grow = func(n int) int {
		var a [64]int
		a[n%64] = n
		if n == 0 {
			return a[0]
		}
		return grow(n-1) + a[n%64]
	}
	res := make(chan int, 100)
	for i := 0; i < 100; i++ {
		go func() { b := make([]byte, 100000); b[5] = 1; res <- grow(200) + int(b[5]) }()
	}
	gs := 0
	for i := 0; i < 100; i++ {
		gs += <-res
	}
	runtime.GC()
	// a goroutine that never gives way: preempted by signals
	stop := false
	go func() {
		for !stop {
		}
	}()
	time.Sleep(20 * time.Millisecond)
	runtime.GC()
	stop = true
	// network
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL.Path) })
	go http.Serve(l, nil)
	var body string
	var wg2 sync.WaitGroup
	for i := 0; i < 5; i++ {
		wg2.Add(1)
		go func() {
			defer wg2.Done()
			r, err := http.Get("http://" + l.Addr().String() + "/x")
			if err != nil {
				panic(err)
			}
			b, _ := io.ReadAll(r.Body)
			r.Body.Close()
			mu.Lock()
			body = string(b)
			mu.Unlock()
		}()
	}
	wg2.Wait()
	out, err := exec.Command("/bin/echo", "child").Output()
	if err != nil {
		panic(err)
	}
	t := time.NewTicker(time.Millisecond)
	for i := 0; i < 5; i++ {
		<-t.C
	}
	t.Stop()
	h := sha256.Sum256([]byte("hearth"))
	fmt.Printf("total %d sum %d grow %d body %q out %q sha %x procs %d\n", total, sum, gs, body, out, h[:4], runtime.GOMAXPROCS(0))
}
