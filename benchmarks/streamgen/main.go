// streamgen: a paced stream server, a client that measures it, a plain backend and a closed-loop latency probe.
//
//	streamgen serve -listen 127.0.0.1:9000
//	    POST /v1/chat/completions  answers -rate chunks a second for -chunks chunks (or ?rate=&chunks=), each a
//	                               server-sent event with sequence number and send time (wall clock, nanoseconds);
//	                               the last chunk carries the FNV-64a hash of all bytes before it
//	    POST /small                answers a small JSON at once
//	    GET  /bytes?n=N            answers N bytes; POST /bytes reads a body and answers how many bytes it had
//	streamgen load  -url URL -streams 512 -rate 30 -chunks 300 -ramp 5s     JSON: time to first chunk, delay a chunk, loss
//	streamgen probe -urls A,B,C -rounds 3000                                JSON: latency at one connection, in turns
//
// Server and client read the same machine's clock, so a chunk's delay is receive time minus the send time in it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "streamgen serve|load|probe [options]")
		os.Exit(2)
	}
	switch os.Args[1] {
	case "serve":
		serve(os.Args[2:])
	case "load":
		load(os.Args[2:])
	case "probe":
		probe(os.Args[2:])
	default:
		fmt.Fprintln(os.Stderr, "unknown command "+os.Args[1])
		os.Exit(2)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// --- server ---------------------------------------------------------------------------------------------

func number(query url.Values, name string, otherwise int) int {
	if value, err := strconv.Atoi(query.Get(name)); err == nil {
		return value
	}
	return otherwise
}

func serve(args []string) {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address")
	rate := flags.Int("rate", 30, "chunks a second")
	chunks := flags.Int("chunks", 300, "chunks of a stream")
	fail(flags.Parse(args))
	listener, err := net.Listen("tcp", *listen)
	fail(err)
	fmt.Println(listener.Addr().String())
	small := []byte(`{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"bench","choices":[{"index":0,` +
		`"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],` +
		`"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}}`)
	mux := http.NewServeMux()
	mux.HandleFunc("/small", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Write(small)
	})
	mux.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			n, err := io.Copy(io.Discard, r.Body)
			if err == nil {
				fmt.Fprint(w, n)
			}
			return
		}
		left, _ := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
		w.Header().Set("Content-Length", strconv.FormatInt(left, 10))
		block := make([]byte, 1<<18)
		for left > 0 {
			part := int64(len(block))
			if left < part {
				part = left
			}
			if _, err := w.Write(block[:part]); err != nil {
				return
			}
			left -= part
		}
	})
	mux.HandleFunc("/v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !bytes.Contains(body, []byte(`"stream":true`)) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(small)
			return
		}
		query := r.URL.Query()
		pace := time.Second / time.Duration(number(query, "rate", *rate))
		total := number(query, "chunks", *chunks)
		flusher := w.(http.Flusher)
		w.Header().Set("Content-Type", "text/event-stream")
		hash := fnv.New64a()
		out := io.MultiWriter(w, hash)
		next := time.Now()
		for i := 0; i < total; i++ {
			if _, err := fmt.Fprintf(out, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench",`+
				`"choices":[{"index":0,"delta":{"role":"assistant","content":"%06d %019d"},"finish_reason":null}]}`+"\n\n",
				i, time.Now().UnixNano()); err != nil {
				return
			}
			flusher.Flush()
			next = next.Add(pace)
			time.Sleep(time.Until(next))
		}
		fmt.Fprintf(w, ": %016x\n\ndata: [DONE]\n\n", hash.Sum64())
	})
	fail((&http.Server{Handler: mux}).Serve(listener))
}

// --- load -----------------------------------------------------------------------------------------------

type streamResult struct {
	first  float64   // seconds from request to first chunk
	delays []float64 // seconds from a chunk's send time to its arrival
	chunks int
	faults int // lost or reordered chunks, wrong hash, missing end
	err    error
}

func percentile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	index := int(share*float64(len(values))+0.999999) - 1
	if index < 0 {
		index = 0
	}
	return values[index]
}

func summary(values []float64) map[string]float64 {
	sort.Float64s(values)
	return map[string]float64{
		"p50": percentile(values, 0.5), "p90": percentile(values, 0.9), "p99": percentile(values, 0.99),
		"max": percentile(values, 1),
	}
}

func one(client *http.Client, address string) (result streamResult) {
	body := `{"model":"bench","stream":true,"messages":[{"role":"user","content":"hello"}]}`
	start := time.Now()
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return streamResult{err: err}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return streamResult{err: err}
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return streamResult{err: fmt.Errorf("status %d", response.StatusCode)}
	}
	reader := bufio.NewReaderSize(response.Body, 1<<14)
	hash := fnv.New64a()
	marker := []byte(`"content":"`)
	var sum string
	done := false
	for {
		line, err := reader.ReadBytes('\n')
		now := time.Now()
		if err != nil {
			break
		}
		switch {
		case bytes.HasPrefix(line, []byte("data: {")):
			hash.Write(line)
			hash.Write([]byte("\n"))
			at := bytes.Index(line, marker)
			sequence, _ := strconv.Atoi(string(line[at+len(marker) : at+len(marker)+6]))
			sent, _ := strconv.ParseInt(string(line[at+len(marker)+7:at+len(marker)+26]), 10, 64)
			if sequence != result.chunks {
				result.faults++
			}
			if result.chunks == 0 {
				result.first = now.Sub(start).Seconds()
			}
			result.chunks++
			result.delays = append(result.delays, float64(now.UnixNano()-sent)/1e9)
		case bytes.HasPrefix(line, []byte(": ")):
			sum = strings.TrimSpace(string(line[2:]))
		case bytes.HasPrefix(line, []byte("data: [DONE]")):
			done = true
		}
	}
	if !done || sum != fmt.Sprintf("%016x", hash.Sum64()) {
		result.faults++
	}
	return result
}

func load(args []string) {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	address := flags.String("url", "", "address of the stream")
	streams := flags.Int("streams", 512, "streams at once")
	rate := flags.Int("rate", 30, "chunks a second")
	chunks := flags.Int("chunks", 300, "chunks of a stream")
	ramp := flags.Duration("ramp", 2*time.Second, "time over which streams start")
	fail(flags.Parse(args))
	transport := &http.Transport{MaxIdleConns: 0, MaxIdleConnsPerHost: *streams, DisableCompression: true}
	client := &http.Client{Transport: transport}
	target := fmt.Sprintf("%s?rate=%d&chunks=%d", *address, *rate, *chunks)
	results := make([]streamResult, *streams)
	var group sync.WaitGroup
	begin := time.Now()
	for i := range results {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			time.Sleep(time.Until(begin.Add(*ramp * time.Duration(i) / time.Duration(*streams))))
			results[i] = one(client, target)
		}(i)
	}
	group.Wait()
	var firsts, delays []float64
	faults, failed, got := 0, 0, 0
	reasons := map[string]int{}
	for _, result := range results {
		if result.err != nil {
			failed++
			reasons[result.err.Error()]++
			continue
		}
		firsts = append(firsts, result.first)
		delays = append(delays, result.delays...)
		faults += result.faults
		got += result.chunks
	}
	fail(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"streams": *streams, "rate": *rate, "chunks_expected": *streams * *chunks, "chunks": got, "faults": faults,
		"failed": failed, "reasons": reasons, "seconds": time.Since(begin).Seconds(),
		"time_to_first_chunk": summary(firsts), "chunk_delay": summary(delays),
	}))
}

// --- probe ----------------------------------------------------------------------------------------------

// probe sends one small POST after another over one kept-alive connection a target, the targets in turn, so that
// what disturbs the machine disturbs all alike. It speaks HTTP/1.1 by hand: one write, one read of a known head.
func probe(args []string) {
	flags := flag.NewFlagSet("probe", flag.ExitOnError)
	urls := flags.String("urls", "", "addresses, separated by commas")
	rounds := flags.Int("rounds", 3000, "requests to each")
	warm := flags.Int("warm", 300, "requests to each that do not count")
	fail(flags.Parse(args))
	payload := `{"model":"bench","stream":false,"messages":[{"role":"user","content":"hello"}]}`
	type target struct {
		request []byte
		conn    net.Conn
		reader  *bufio.Reader
		times   []float64
	}
	var targets []*target
	for _, address := range strings.Split(*urls, ",") {
		parsed, err := url.Parse(address)
		fail(err)
		conn, err := net.Dial("tcp", parsed.Host)
		fail(err)
		request := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			parsed.RequestURI(), parsed.Host, len(payload), payload)
		targets = append(targets, &target{request: []byte(request), conn: conn, reader: bufio.NewReader(conn)})
	}
	for round := 0; round < *rounds+*warm; round++ {
		for _, t := range targets {
			start := time.Now()
			_, err := t.conn.Write(t.request)
			fail(err)
			response, err := http.ReadResponse(t.reader, nil)
			fail(err)
			_, err = io.Copy(io.Discard, response.Body)
			fail(err)
			spent := time.Since(start).Seconds()
			if response.StatusCode != 200 {
				fail(fmt.Errorf("status %d", response.StatusCode))
			}
			if round >= *warm {
				t.times = append(t.times, spent)
			}
		}
	}
	// Differences of neighbours in time, not of two percentiles: what a request through a target took longer than
	// the direct one beside it.
	type row struct {
		Latency map[string]float64 `json:"latency"`
		Added   map[string]float64 `json:"added"`
	}
	rows := []row{}
	for _, t := range targets {
		added := make([]float64, len(t.times))
		for i := range t.times {
			added[i] = t.times[i] - targets[0].times[i]
		}
		rows = append(rows, row{Added: summary(added)})
	}
	for i, t := range targets {
		rows[i].Latency = summary(t.times)
	}
	fail(json.NewEncoder(os.Stdout).Encode(map[string]any{"rounds": *rounds, "targets": rows}))
}
