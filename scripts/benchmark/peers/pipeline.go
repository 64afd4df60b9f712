// The whole way of an order in Go's standard library: token checked, callback synced to an append-only file in groups,
// order read back, document fetched, put into an archive and into a folder with a JSON file beside it, each synced.
//
// Usage: pipeline PORT KEY-FILE DIRECTORY PROVIDER-URL PROVIDER-TOKEN
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

type order struct {
	ID     string `json:"_id"`
	State  string `json:"stato_richiesta"`
	Update int64  `json:"timestamp_last_update"`
	Name   string `json:"nome_visura"`
	Back   struct {
		Data struct {
			Token string `json:"ricevuta"`
		} `json:"data"`
	} `json:"callback_data"`
}

type callback struct {
	nonce string
	order order
	body  []byte
	done  chan bool
}

var (
	key              []byte
	directory        string
	provider, bearer string
	waiting          = make(chan callback, 10000)
	work             = make(chan callback, 1000000)
	client           = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

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
		http.Error(response, "bad token", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 1<<20))
	var envelope struct{ Data order }
	if err != nil || json.Unmarshal(body, &envelope) != nil {
		http.Error(response, "no order", http.StatusBadRequest)
		return
	}
	mine := callback{name, envelope.Data, body, make(chan bool, 1)}
	waiting <- mine
	<-mine.done
	io.WriteString(response, "accepted\n")
}

// Appends what waits, syncs once, answers, and hands each order to the workers once.
func record() {
	file, err := os.OpenFile(filepath.Join(directory, "callbacks"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(err)
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
			buffer = append(append(buffer, each.body...), '\n')
		}
		_, err := file.Write(buffer)
		must(err)
		must(syscall.Fdatasync(int(file.Fd())))
		for _, each := range batch {
			each.done <- true
			fact := each.nonce + each.order.ID + each.order.State
			if !known[fact] {
				known[fact] = true
				work <- each
			}
		}
	}
}

func get(path string, into any) {
	request, err := http.NewRequest("GET", provider+path, nil)
	must(err)
	request.Header.Set("Authorization", "Bearer "+bearer)
	answer, err := client.Do(request)
	must(err)
	defer answer.Body.Close()
	must(json.NewDecoder(answer.Body).Decode(into))
}

// Writes a file whole: under a temporary name, synced, renamed, its directory synced.
func store(path string, content []byte) {
	suffix := make([]byte, 8)
	rand.Read(suffix)
	temporary := filepath.Join(directory, "incoming", hex.EncodeToString(suffix))
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	must(err)
	_, err = file.Write(content)
	must(err)
	must(file.Sync())
	must(file.Close())
	must(os.MkdirAll(filepath.Dir(path), 0o700))
	must(os.Rename(temporary, path))
	parent, err := os.Open(filepath.Dir(path))
	must(err)
	must(parent.Sync())
	must(parent.Close())
}

func perform() {
	for each := range work {
		var read struct{ Data order }
		get("/richiesta/"+each.order.ID, &read)
		if name, isGood := nonce(read.Data.Back.Data.Token); !isGood || name != each.nonce {
			continue
		}
		if read.Data.State != "Visura evasa" {
			continue
		}
		var document struct {
			Data struct {
				Name string `json:"nome"`
				Size int    `json:"dimensione"`
				File []byte `json:"file"`
			}
		}
		get("/documento/"+each.order.ID, &document)
		if len(document.Data.File) != document.Data.Size {
			panic("wrong size")
		}
		hash := fmt.Sprintf("%x", sha256.Sum256(document.Data.File))
		store(filepath.Join(directory, "archive", hash[:2], hash+".zip"), document.Data.File)
		folder := filepath.Join(directory, "folder", each.order.ID)
		store(folder+"-document.available.zip", document.Data.File)
		event, _ := json.MarshalIndent(map[string]any{
			"specversion": "1.0", "type": "document.available", "subject": each.order.ID,
			"data": map[string]any{"state": read.Data.State, "update": read.Data.Update, "name": document.Data.Name,
				"size": document.Data.Size, "sha256": hash},
		}, "", "  ")
		store(folder+"-document.available.json", event)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[2])
	must(err)
	key = []byte(strings.TrimSpace(string(text)))
	directory, provider, bearer = os.Args[3], os.Args[4], os.Args[5]
	must(os.MkdirAll(filepath.Join(directory, "incoming"), 0o700))
	go record()
	for worker := 0; worker < 32; worker++ {
		go perform()
	}
	http.HandleFunc("/callbacks/", receive)
	panic(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
