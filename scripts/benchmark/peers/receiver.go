// A durable receiver in Go's standard library: token checked, body decoded, facts told apart, one fdatasync for all
// that waits.
//
// Usage: receiver PORT KEY-FILE JOURNAL
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
)

type order struct {
	ID         string          `json:"_id"`
	State      string          `json:"stato_richiesta"`
	LastUpdate json.Number     `json:"timestamp_last_update"`
	Data       json.RawMessage `json:"callback_data"`
}

type callback struct {
	fact string
	body []byte
	done chan string
}

var (
	key     []byte
	waiting = make(chan callback, 10000)
	syncs   atomic.Int64
)

func nonce(token string) (string, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 || parts[0] != "v1" {
		return "", false
	}
	given, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return "", false
	}
	code := hmac.New(sha256.New, key)
	io.WriteString(code, "ricevuta callback token v1\n"+parts[1]+"\n"+parts[2])
	return parts[2], hmac.Equal(given, code.Sum(nil))
}

func receive(response http.ResponseWriter, request *http.Request) {
	name, isGood := nonce(strings.TrimPrefix(request.URL.Path, "/callbacks/"))
	if !isGood {
		http.Error(response, "no good token", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 1<<20))
	var envelope struct{ Data order }
	if err != nil || json.Unmarshal(body, &envelope) != nil {
		http.Error(response, "no order", http.StatusBadRequest)
		return
	}
	data := envelope.Data
	mine := callback{name + "|" + data.ID + "|" + data.State + "|" + data.LastUpdate.String(), body, make(chan string, 1)}
	waiting <- mine
	io.WriteString(response, <-mine.done)
}

func write(path string) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	known := map[string]bool{}
	var buffer []byte
	var batch []callback
	for first := range waiting {
		batch, buffer = append(batch[:0], first), buffer[:0]
		for more := true; more; {
			select {
			case next := <-waiting:
				batch = append(batch, next)
			default:
				more = false
			}
		}
		for _, each := range batch {
			buffer = append(append(append(append(buffer, each.fact...), '\n'), each.body...), '\n')
		}
		if _, err := file.Write(buffer); err != nil {
			panic(err)
		}
		if err := syscall.Fdatasync(int(file.Fd())); err != nil {
			panic(err)
		}
		syncs.Add(1)
		for _, each := range batch {
			if known[each.fact] {
				each.done <- "duplicate\n"
			} else {
				known[each.fact] = true
				each.done <- "accepted\n"
			}
		}
	}
}

func main() {
	text, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	key = []byte(strings.TrimSpace(string(text)))
	go write(os.Args[3])
	http.HandleFunc("/callbacks/", receive)
	http.HandleFunc("/syncs", func(response http.ResponseWriter, _ *http.Request) { fmt.Fprintln(response, syncs.Load()) })
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
